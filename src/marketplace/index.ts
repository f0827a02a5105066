export * from './client.js';
export * from './marketplaces.js';
export * from './settings.js';
export * from './verify.js';
export { accountBudget } from './transport.js';
