import { agents, externalLinks, items, suppliers, ticketTypes, topLevels } from './catalogue.js';
import { clients } from './client.js';
import { features } from './features.js';
import { licences } from './licence.js';
import type { Resource } from './resource.js';
import { sites } from './site.js';
import { actions, tickets } from './tickets.js';

const ALL = [actions, agents, clients, externalLinks, features, items, licences, sites, suppliers, tickets, ticketTypes, topLevels];

/** Every resource by its path in lower case. */
export const RESOURCES: ReadonlyMap<string, Resource> = new Map(ALL.map((resource) => [resource.path, resource]));
