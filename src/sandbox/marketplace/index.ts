import type { FastifyError, FastifyInstance } from 'fastify';
import { disturbed } from '../disturbed.js';
import type { Kernel } from '../kernel.js';
import { PlatformError } from './errors.js';
import { belowRoot, gateway, refuse } from './gateway.js';
import { routes } from './routes.js';
import type { MarketplaceCredentials, MarketplaceSeed } from './rows.js';
import { defaultMarketplaceSwitches } from './switches.js';
import type { MarketplaceSwitches } from './switches.js';
import { Throttle } from './throttle.js';
import { Tokens } from './tokens.js';
import { World } from './world.js';

/**
 * A marketplace of its own, behaving as Ingram Micro's is known to: strict about the key, the sign-in and its parameters, and with a
 * switch for what is not known. Sources: the marketplace's OpenAPI documents, its partners' documentation, and what was seen in production clients.
 */
export class MarketplaceSandbox {
  readonly world: World;
  readonly switches: MarketplaceSwitches = defaultMarketplaceSwitches();
  readonly tokens: Tokens;
  readonly throttle: Throttle;
  readonly kernel: Kernel;
  #seed: MarketplaceSeed;

  constructor(kernel: Kernel, seed: MarketplaceSeed) {
    this.kernel = kernel;
    this.#seed = seed;
    this.world = new World(seed, kernel.clock);
    this.tokens = new Tokens(kernel.clock);
    this.throttle = new Throttle(kernel.clock);
  }

  get credentials(): MarketplaceCredentials {
    return this.#seed.credentials;
  }

  /** Moves switches; their names and values are to be checked before, with `wrongMarketplaceSwitch`. */
  set(switches: Partial<MarketplaceSwitches>): void {
    Object.assign(this.switches, switches);
  }

  /** Starts again with another world: no token is valid any more and the throttle's window is empty. Switches stay. */
  reset(seed: MarketplaceSeed): void {
    this.#seed = seed;
    this.world.reset(seed);
    this.tokens.clear();
    this.throttle.clear();
  }

  /** Adds the vendor's routes, below `/marketplace/{any region}`. */
  async mount(app: FastifyInstance): Promise<void> {
    await app.register(
      async (scope) => {
        disturbed(scope, 'marketplace', belowRoot, this.kernel);
        scope.addHook('onRequest', gateway(this));
        scope.setErrorHandler<FastifyError | PlatformError>((error, request, reply) => {
          const status = error instanceof PlatformError ? error.status : (error.statusCode ?? 500);
          return refuse(this, request, reply, status, error.message);
        });
        scope.setNotFoundHandler((request, reply) => refuse(this, request, reply, 404, 'Not Found'));
        routes(scope, this);
      },
      { prefix: '/marketplace/:region' },
    );
  }
}
