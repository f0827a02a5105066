/** `/Control`: the few global settings that matter to an integration, as Halo ships them. Readable with `admin` alone. */
export const CONTROL: Readonly<Record<string, unknown>> = {
  id: 1,
  remove_licences_when_inactive: true,
  use_subscription_status_for_invoice_line_status: false,
  software_import_licence_matching: 0,
};
