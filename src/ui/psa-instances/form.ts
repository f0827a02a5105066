import type { PsaInstanceView } from '../api/generated.js';

/** What the form of a PSA instance holds. Empty secrets mean: as they are. */
export interface PsaForm {
  name: string;
  baseUrl: string;
  authUrl: string;
  haloTenant: string;
  clientId: string;
  clientSecret: string;
  iframeSecret: string;
  callsPer5Minutes: number;
  ticketTypeId: string;
  alertClientId: string;
}

export function formOf(instance: PsaInstanceView | undefined): PsaForm {
  return {
    name: instance?.name ?? '',
    baseUrl: instance?.baseUrl ?? '',
    authUrl: instance?.authUrl ?? '',
    haloTenant: instance?.haloTenant ?? '',
    clientId: instance?.clientId ?? '',
    clientSecret: '',
    iframeSecret: '',
    callsPer5Minutes: instance?.callsPer5Minutes ?? 300,
    ticketTypeId: instance?.alerts.ticketTypeId ?? '',
    alertClientId: instance?.alerts.clientId ?? '',
  };
}

const none = (text: string): string | null => text.trim() || null;

/** As the API takes it: empty optional fields are none, empty secrets are left out. */
export function savedForm(form: PsaForm) {
  const { name, callsPer5Minutes, baseUrl, clientId, clientSecret, iframeSecret } = form;
  return {
    name,
    callsPer5Minutes,
    alerts: { ticketTypeId: none(form.ticketTypeId), clientId: none(form.alertClientId) },
    baseUrl,
    clientId,
    authUrl: none(form.authUrl),
    haloTenant: none(form.haloTenant),
    ...(clientSecret === '' ? {} : { clientSecret }),
    ...(iframeSecret === '' ? {} : { iframeSecret }),
  };
}

/** Where the API points, as fields of the form. */
export function formErrors(fields: Record<string, string>): Record<string, string | undefined> {
  return { ...fields, ticketTypeId: fields['alerts/ticketTypeId'], alertClientId: fields['alerts/clientId'] };
}

/** What must be filled in before anything is sent. A secret that is stored may stay empty. */
export function missing(form: PsaForm, isNew: boolean): Partial<Record<keyof PsaForm, string>> {
  const needed: (keyof PsaForm)[] = ['name', 'baseUrl', 'clientId', ...(isNew ? (['clientSecret'] as const) : [])];
  return Object.fromEntries(needed.filter((field) => String(form[field]).trim() === '').map((field) => [field, 'Fill this in.']));
}
