/** The words that names of companies and people are put together from. */

export const FAMILY =
  `Abernathy Acosta Albright Alvarez Ashford Baptiste Barlow Beckett Bellamy Bianchi Blackwood Boudreaux Brennan Bristow Caldwell
Callahan Castellano Chandler Chowdhury Cisneros Coleridge Corrigan Crawford Dalton Davenport Delacroix Delgado Donnelly Drummond Eastwick Ellison
Espinoza Fairbanks Fernandez Finch Fitzgerald Fontaine Foster Gallagher Garrison Gentry Goldberg Granger Greenfield Hargrove Hawthorne Henriksen
Holloway Ibarra Ishikawa Jankowski Kaplan Kensington Kowalski Lachance Langford Larkspur Lindqvist Lockhart Maddox Magnusson Marchetti McAllister
Mercer Merriweather Montgomery Nakamura Navarro Nguyen Novak Oakley Okafor Olmstead Ortega Pemberton Petrov Pritchard Quimby Ramirez Rasmussen
Redmond Rosenthal Rutherford Salazar Sandoval Schroeder Sinclair Singh Sorensen Stanton Sterling Thackeray Thornton Trujillo Underwood Valdez
Vandermeer Villanueva Wakefield Wellington Whitaker Winslow Yamamoto Zielinski`.split(/\s+/);

export const FANCY =
  `Alder Anchor Beacon Birchwood Bluebird Boulder Canyon Cardinal Cedarline Cobalt Copperleaf Crescent Driftwood Eagle Ember
Evergreen Falcon Foxglove Granite Harbor Heron Highland Horizon Ironwood Juniper Keystone Lakeside Lantern Lighthouse Magnolia Maple Meridian Midland
Northgate Oakridge Osprey Palisade Pinecrest Prairie Quarry Redwood Riverbend Sagebrush Sandstone Sequoia Silverline Southfork Stonebridge Summit
Sunfield Tallgrass Timberline Trailhead Twinpeak Uplands Valleyview Vista Westbrook Wildflower Willowbank`.split(/\s+/);

export const TRADE = [
  'Accounting', 'Advisors', 'Animal Hospital', 'Architects', 'Auto Body', 'Bakery', 'Brewing', 'Builders', 'Cabinetry', 'Capital Partners',
  'Catering', 'Chiropractic', 'Community Bank', 'Construction', 'Consulting', 'Credit Union', 'Dental Group', 'Dermatology', 'Distribution',
  'Electric', 'Engineering', 'Equipment Rental', 'Family Practice', 'Farms', 'Financial', 'Freight', 'Furniture', 'Hospitality', 'Insurance Agency',
  'Investments', 'Labs', 'Landscaping', 'Law Office', 'Logistics', 'Machine Works', 'Manufacturing', 'Marine Supply', 'Media', 'Medical Billing',
  'Metal Fabrication', 'Nursery', 'Orthodontics', 'Packaging', 'Pediatrics', 'Pharmacy', 'Physical Therapy', 'Plumbing', 'Printing', 'Properties',
  'Realty', 'Roofing', 'Security Systems', 'Senior Living', 'Staffing', 'Surveying', 'Title Company', 'Trucking', 'Veterinary Clinic', 'Vineyards',
  'Wealth Management', 'Wholesale', 'Youth Services',
] as const; // prettier-ignore

/** Legal forms as customers write them; the empty ones leave most names without. */
export const LEGAL = [
  '',
  '',
  '',
  '',
  '',
  'LLC',
  'LLC',
  'LLC',
  'Inc.',
  'Inc.',
  'Inc',
  'Corp.',
  'Ltd',
  'Co.',
  'PLLC',
  'GmbH',
  'Pty Ltd',
  'LLP',
] as const;

export const GIVEN =
  `Aaron Abigail Amara Andre Beatriz Brandon Carmen Chloe Daniel Deborah Dmitri Elena Emily Felix Fiona Gabriel Grace Hana
Hector Imani Isaac Jasmine Joaquín José Karen Kofi Latoya Liam Lucía Marcus Mei Naomi Nikhil Olivia Oscar Priya Quentin Rachel Rosa Samuel Siobhán Sofia
Tariq Tessa Umar Valerie Víctor Wendy Xavier Yusuf Zoë`.split(/\s+/);

export const STREETS =
  `Main Oak Elm Maple Washington Lincoln Jefferson Park Cedar Pine Lake Hill River Church Market Mill Commerce Industrial
Highland Franklin Union Spring Center Prospect Chestnut Walnut Sunset Railroad Harbor College`.split(/\s+/);

export const STREET_KINDS = ['St', 'Ave', 'Blvd', 'Rd', 'Dr', 'Ln', 'Way', 'Pkwy', 'Street', 'Avenue'] as const;

export interface Place {
  city: string;
  state?: string;
  /** The first three characters of its postcodes. */
  postcode: string;
  countryCode: string;
  language: string;
  /** Country and area part of its telephone numbers. */
  phone: string;
}

const US: [city: string, state: string, postcode: string, area: string][] = [
  ['Albany', 'NY', '122', '518'], ['Albuquerque', 'NM', '871', '505'], ['Atlanta', 'GA', '303', '404'], ['Austin', 'TX', '787', '512'],
  ['Baltimore', 'MD', '212', '410'], ['Boise', 'ID', '837', '208'], ['Boston', 'MA', '021', '617'], ['Buffalo', 'NY', '142', '716'],
  ['Charleston', 'SC', '294', '843'], ['Charlotte', 'NC', '282', '704'], ['Chicago', 'IL', '606', '312'], ['Cincinnati', 'OH', '452', '513'],
  ['Cleveland', 'OH', '441', '216'], ['Columbus', 'OH', '432', '614'], ['Dallas', 'TX', '752', '214'], ['Denver', 'CO', '802', '303'],
  ['Des Moines', 'IA', '503', '515'], ['Detroit', 'MI', '482', '313'], ['El Paso', 'TX', '799', '915'], ['Fargo', 'ND', '581', '701'],
  ['Hartford', 'CT', '061', '860'], ['Houston', 'TX', '770', '713'], ['Indianapolis', 'IN', '462', '317'], ['Kansas City', 'MO', '641', '816'],
  ['Las Vegas', 'NV', '891', '702'], ['Louisville', 'KY', '402', '502'], ['Madison', 'WI', '537', '608'], ['Memphis', 'TN', '381', '901'],
  ['Miami', 'FL', '331', '305'], ['Minneapolis', 'MN', '554', '612'], ['Nashville', 'TN', '372', '615'], ['New Orleans', 'LA', '701', '504'],
  ['Oklahoma City', 'OK', '731', '405'], ['Omaha', 'NE', '681', '402'], ['Philadelphia', 'PA', '191', '215'], ['Phoenix', 'AZ', '850', '602'],
  ['Pittsburgh', 'PA', '152', '412'], ['Portland', 'OR', '972', '503'], ['Raleigh', 'NC', '276', '919'], ['Richmond', 'VA', '232', '804'],
  ['Sacramento', 'CA', '958', '916'], ['Salt Lake City', 'UT', '841', '801'], ['San Diego', 'CA', '921', '619'], ['Seattle', 'WA', '981', '206'],
  ['St. Louis', 'MO', '631', '314'], ['Tampa', 'FL', '336', '813'], ['Tucson', 'AZ', '857', '520'], ['Coeur d’Alene', 'ID', '838', '208'],
]; // prettier-ignore

export const US_PLACES: readonly Place[] = US.map(([city, state, postcode, area]) => ({
  city,
  state,
  postcode,
  countryCode: 'US',
  language: 'en_US',
  phone: `1#${area}`,
}));

export const OTHER_PLACES: readonly Place[] = [
  { city: 'Montréal', state: 'QC', postcode: 'H2X', countryCode: 'CA', language: 'fr_FR', phone: '1#514' },
  { city: 'Toronto', state: 'ON', postcode: 'M5V', countryCode: 'CA', language: 'en_US', phone: '1#416' },
  { city: 'Monterrey', state: 'NL', postcode: '640', countryCode: 'MX', language: 'es_ES', phone: '52#81' },
  { city: 'München', postcode: '803', countryCode: 'DE', language: 'de_DE', phone: '49#89' },
  { city: 'Leeds', postcode: 'LS1', countryCode: 'GB', language: 'en_US', phone: '44#113' },
  { city: 'San Juan', state: 'PR', postcode: '009', countryCode: 'PR', language: 'es_ES', phone: '1#787' },
];
