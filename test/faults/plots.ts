import type { Installation } from './installation.js';
import type { Service } from './service.js';

/** An import to disturb, and what is there before it. */
export interface Plot {
  prepare(installation: Installation, via: Service): Promise<void>;
  /** Asks for the import, and gives its id. */
  start(installation: Installation, via: Service): Promise<string>;
}

/** The first import of all: it creates. */
export const FIRST_IMPORT: Plot = {
  prepare: (installation, via) => installation.connect(via),
  start: (installation, via) => installation.startImport(via),
};

/** The integrator's import of a day on which quantities changed and subscriptions ended: it updates, and ends. */
export const NEXT_DAY: Plot = {
  async prepare(installation, via) {
    await installation.connect(via);
    await installation.over(await installation.startImport(via));
    await installation.letIntegrate({ deactivateDeleted: true });
    const { world } = installation.sandbox.marketplace;
    const linked = (await installation.links()).map(({ subscriptionId }) => subscriptionId).toSorted();
    const [more, fewer, removed, terminated, vanished] = [...new Set(linked)] as [string, string, string, string, string];
    world.changeSubscription(more, {}, { quantity: 170 });
    world.changeSubscription(fewer, {}, { quantity: 1 });
    world.changeSubscription(removed, { status: 'removed' });
    world.changeSubscription(terminated, { status: 'terminated' });
    world.subscriptions.delete(vanished);
    world.addCustomer({ name: 'Newcomer & Sons' });
    world.addSubscription({}, 3);
  },
  async start(installation, via) {
    const answer = await installation.api<{ id: string }>(via, 'POST', `/tenants/${installation.tenantId}/integrator/run`);
    if (answer.status !== 202) throw new Error(`The integrator's import was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  },
};
