import type { MarketplaceSwitches } from './switches.js';

/** An answer of the platform that is not a success. */
export class PlatformError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The platform's error body, in the shape the switch says. `path` is the one below the gateway's prefix; `time` in milliseconds. */
export function platformBody(
  shape: MarketplaceSwitches['errorShape'],
  error: { status: number; message: string; path: string; correlationId: string; time: number },
): Record<string, unknown> {
  const { status, message, path, correlationId } = error;
  const stamp = new Date(error.time).toISOString().replace('Z', '+00:00');
  if (shape === 'spring') return { timestamp: stamp, status, error: message, path, correlationId };
  return { correlationId, status, message, path, timeStamp: stamp };
}

/** The body of the gateway in front of the platform. Its form is that of Azure API Management, which is an inference. */
export function gatewayBody(statusCode: number, message: string): { statusCode: number; message: string } {
  return { statusCode, message };
}
