import { startBrowser } from '../../e2e/browser.js';
import { figure } from '../figure.js';
import { firstImportOf, type ScreenToSee, screensOf } from '../page/screens.js';
import { Visits } from '../page/visits.js';
import { onStage, type Scenario } from '../scenario.js';
import { median } from '../statistics.js';

const SLOWEST = 'page: slowest screen, from click to content';
const FIRST_LOAD = 'page: first load, compressed';
const TAB = 'page: a client, as Halo’s tab opens it';
/** As large as the sandbox is by itself: 1,056 subscriptions with those that ended. */
const SIZE = { customers: 900, subscriptions: 550 };

/**
 * How long each screen takes in a Chromium from the click to its content, with nothing in the browser's cache, and how much the first
 * load takes off the network.
 */
export const page: Scenario = {
  name: 'page',
  figures: [SLOWEST, FIRST_LOAD, TAB],
  async take(bench) {
    const times = bench.quick ? 2 : 5;
    // First, so that without one nothing is imported in vain.
    const browser = await startBrowser();
    try {
      return await onStage(bench, { world: 'usual', ...SIZE }, async (stage) => {
        await stage.worker();
        const { installation } = stage;
        const [tenantId = ''] = stage.tenants;
        const visits = new Visits(browser, installation);
        const taken: { name: string; ms: number[] }[] = [];
        const see = async (screens: readonly ScreenToSee[]): Promise<void> => {
          // The service's first answers are not what a day is like.
          for (const screen of screens) await visits.screen(screen);
          for (const screen of screens) {
            const ms: number[] = [];
            for (let time = 0; time < times; time += 1) ms.push(await visits.screen(screen));
            bench.say(`${screen.name}: ${ms.map(Math.round).join(', ')} ms`);
            taken.push({ name: screen.name, ms });
          }
        };
        await installation.over(await installation.startImport(tenantId, { preview: true }));
        await installation.api('POST', `/tenants/${tenantId}/mappings/generate`);
        await see([await firstImportOf(installation, tenantId)]);
        const { row } = await stage.import('import');
        const screens = await screensOf(installation, tenantId, row.id);
        await see(screens);
        const bytes = await visits.firstLoad(home(screens));
        const tab = await visits.screen(asTab(screens));
        const slowest = taken.toSorted((a, b) => Math.max(...b.ms) - Math.max(...a.ms)).slice(0, 3);
        const note = `worst of ${times} of each of ${taken.length} screens, nothing cached; slowest: ${slowest.map(({ name, ms }) => `${name} ${Math.round(Math.max(...ms))} ms (median ${Math.round(median(ms))})`).join(', ')}`;
        return [
          figure(SLOWEST, { value: Math.max(...taken.flatMap(({ ms }) => ms)) / 1000, unit: 's', atMost: 1, note }),
          figure(FIRST_LOAD, {
            value: bytes / 1000,
            unit: 'kB',
            atMost: 350,
            note: 'everything until Home shows its content, headers and data too',
          }),
          figure(TAB, { value: tab / 1000, unit: 's', note: 'the whole page from nothing, and no click' }),
        ];
      });
    } finally {
      await browser.close();
    }
  },
};

/** Home as it is gone to first, without a click. */
function home(screens: readonly ScreenToSee[]): ScreenToSee {
  const { name, shows } = screens.find((screen) => screen.name === 'Home')!;
  return { name, from: '/', shows };
}

/** A client as Halo's tab opens it: the page is not there yet. */
function asTab(screens: readonly ScreenToSee[]): ScreenToSee {
  const { name, at = '/', shows } = screens.find((screen) => screen.name === 'Client')!;
  return { name, from: at, shows };
}
