/** Writes that note what calls came to, on their way beside the next calls. */
export class Settling {
  /** The oldest first. */
  #underWay: Promise<void>[] = [];

  add(writing: Promise<void>): void {
    // Whoever waits for it hears of it.
    writing.catch(() => undefined);
    this.#underWay.push(writing);
  }

  /** Waits until all but so many are over. Once one failed, until none is under way any more; then it throws. */
  async over({ but = 0 } = {}): Promise<void> {
    try {
      while (this.#underWay.length > but) {
        await this.#underWay[0];
        void this.#underWay.shift();
      }
    } catch (error) {
      await Promise.allSettled(this.#underWay.splice(0));
      throw error;
    }
  }
}
