import type { IncomingHttpHeaders } from 'node:http';
import { IsNull } from 'typeorm';
import { PsaInstance } from '../../entities/index.js';
import { SealingError, type SealedPlace } from '../database/sealing.js';
import { Conflict, Unauthorized } from '../http/problem.js';
import type { Services } from '../services.js';
import { shownSecrets, showsSecret } from './credentials.js';

type Needed = Pick<Services, 'dataSource' | 'sealer'>;

const placeIn = (row: string): SealedPlace => ({ table: 'psa_instances', column: 'webhook_secret', row });
const NOWHERE = placeIn('none');

/** Knows who may send to a PSA instance. */
export class Senders {
  private decoy?: Promise<string>;
  constructor(private readonly services: Needed) {}

  /**
   * Whether a request shows the webhook secret of a PSA instance. Strangers are told the same, after the same work, whether there is
   * such an instance or not.
   * @throws Unauthorized, and for its own senders Conflict while the instance is switched off.
   */
  async verify(psaInstanceId: string, headers: IncomingHttpHeaders): Promise<void> {
    const { dataSource, sealer } = this.services;
    const instance = await dataSource.manager.findOneBy(PsaInstance, { id: psaInstanceId, archivedAt: IsNull() });
    const secret = instance ? await sealer.open(instance.webhookSecret, placeIn(psaInstanceId)) : await this.secretOfNone();
    const good = showsSecret(shownSecrets(headers), secret);
    if (!instance || !good) {
      throw new Unauthorized(
        'Send the webhook secret of this PSA instance: as Basic with the user isthmus, as Bearer, or in the header X-Isthmus-Secret. An address that is not right is answered the same.',
      );
    }
    if (!instance.enabled) {
      throw new Conflict(`The PSA instance "${instance.name}" is switched off in Isthmus. Set its enabled to true, then send this again.`);
    }
  }

  /** Opened as an instance's own would be. */
  private async secretOfNone(): Promise<string> {
    const { sealer } = this.services;
    try {
      return await sealer.open(await (this.decoy ??= sealer.seal('none', NOWHERE)), NOWHERE);
    } catch (error) {
      if (!(error instanceof SealingError)) throw error;
      // The key that it was sealed with was taken out meanwhile.
      this.decoy = sealer.seal('none', NOWHERE);
      return sealer.open(await this.decoy, NOWHERE);
    }
  }
}
