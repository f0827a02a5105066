import type { Metric } from '@prometheus-io/client';

/** How often something took how long, as the database counted it: for each bound, those at most as long. */
export interface StoredDurations {
  labels: Record<string, string>;
  /** In the order of the bounds. */
  buckets: number[];
  count: number;
  /** In seconds. */
  sum: number;
}

/** A histogram that is counted elsewhere. The library's own can only be fed one value at a time. */
export class StoredHistogram {
  constructor(
    readonly name: string,
    readonly help: string,
    private readonly bounds: readonly number[],
    private readonly durations: readonly StoredDurations[],
  ) {}

  /** In the form that registries take. */
  asMetric(): Metric<string> {
    return this as unknown as Metric<string>;
  }

  /** Asked by the registry. */
  get(): Promise<object> {
    const values = this.durations.flatMap(({ labels, buckets, count, sum }) => [
      ...this.bounds.map((bound, index) => this.value('bucket', { ...labels, le: String(bound) }, buckets[index] ?? 0)),
      this.value('bucket', { ...labels, le: '+Inf' }, count),
      this.value('sum', labels, sum),
      this.value('count', labels, count),
    ]);
    return Promise.resolve({ name: this.name, help: this.help, type: 'histogram', values, aggregator: 'sum' });
  }

  private value(part: string, labels: Record<string, string>, value: number): object {
    return { metricName: `${this.name}_${part}`, labels, value };
  }
}
