/** A customer's record in the PSA. */
export interface Client {
  clientId: string;
  name: string;
  inactive: boolean;
  /** The client's free reference; holds our key on clients that Isthmus created. */
  ref?: string;
  topLevelId?: string;
  /** Undefined when the row did not carry it. */
  mainSiteId?: string;
  /** What tells clients of one name apart, for people; undefined when the row did not carry it. */
  mainSiteName?: string;
  domain?: string;
  /** Set by Halo's own Ingram module on clients it imported. */
  nativeIngram?: boolean;
}

/**
 * An address in the PSA's form: line1 street, line2 its extension, line3 city, line4 state or county, and the postcode.
 * The country is a field of the site. An empty line is undefined.
 */
export interface SiteAddress {
  /** The PSA's id of the address record, needed to change it in place. */
  addressId?: string;
  line1?: string;
  line2?: string;
  line3?: string;
  line4?: string;
  postcode?: string;
}

export interface Site {
  siteId: string;
  clientId: string;
  name: string;
  inactive: boolean;
  countryCode?: string;
  /** The delivery address. Undefined when the row did not carry it; `{}` when it is empty. */
  address?: SiteAddress;
}

/** What a new client is created with. Texts are plain: the PSA client escapes where Halo takes HTML. */
export interface NewClient {
  name: string;
  /** Our key, `ingram/{marketplace}/{customerId}`. */
  ref: string;
  topLevelId?: string;
  siteName: string;
  address?: SiteAddress;
  countryCode?: string;
  contactName?: string;
  contactEmail?: string;
  phone?: string;
}
