/** What a sandbox Halo starts with. Ids are Halo's; each client gets one site, its main site. */
export interface PsaSeed {
  credentials: { tenant: string; clientId: string; clientSecret: string };
  topLevels: { id: number; name: string; parentid?: number }[];
  clients: SeedClient[];
  /** Under Halo's own field names, as they would be posted; `id` may be left out. */
  licences: Record<string, unknown>[];
  suppliers: { id: number; name: string }[];
  /** The first one is the agent that the API application logs in as. */
  agents: { id: number; name: string }[];
  ticketTypes: { id: number; name: string }[];
}

export interface SeedClient {
  id: number;
  name: string;
  inactive?: boolean;
  toplevel_id: number;
  ref?: string;
  /** Above 0 on clients that Halo's own Ingram module imported. */
  ingram_micro_details_id?: number;
  site: {
    name: string;
    line1?: string;
    line2?: string;
    line3?: string;
    line4?: string;
    postcode?: string;
    country_code?: string;
  };
}
