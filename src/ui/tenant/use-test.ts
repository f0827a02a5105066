import type { UseFormReturnType } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { CheckView } from '../api/generated.js';
import { asProblem } from '../api/problem.js';
import { type AccountForm, credentialsOf, missing } from './account.js';

/** Marks the field at fault. */
export function markFields(form: UseFormReturnType<AccountForm>, error: unknown): void {
  form.setErrors(asProblem(error).fields);
}

const ACCOUNT = ['apiUrl', 'marketplace', 'username', 'password', 'subscriptionKey', 'applicationId'] as const;

/** Whether the form shows the account as it is stored. */
export function isAsStored(form: UseFormReturnType<AccountForm>): boolean {
  return !ACCOUNT.some((field) => form.isDirty(field));
}

/** Tests an account: what was entered, or with `id` and nothing of the account changed, what is stored. */
export function useTest(form: UseFormReturnType<AccountForm>, id?: string) {
  return useMutation({
    mutationFn: () =>
      id !== undefined && isAsStored(form)
        ? api.tenants.postTenantsIdVerify({ id })
        : api.tenants.postTenantsVerify(credentialsOf(form.values)),
    onMutate: () => form.clearErrors(),
    onSuccess: ({ checks }) => form.setErrors(faultsOf(checks)),
    onError: (error) => markFields(form, error),
  });
}

/** What failed, by the field that is at fault. */
export function faultsOf(checks: readonly CheckView[]): Record<string, string> {
  const failed = checks.filter(({ result, field }) => result === 'failed' && field !== undefined);
  return Object.fromEntries(failed.map(({ field, detail }) => [field, detail]));
}

/** Whether all that a test or a new tenant needs is filled in; marks what is not. */
export function isFilledIn(form: UseFormReturnType<AccountForm>, all: boolean): boolean {
  const gaps = missing(form.values, all);
  form.setErrors(gaps);
  return Object.keys(gaps).length === 0;
}
