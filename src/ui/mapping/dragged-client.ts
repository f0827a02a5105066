import type { DragEvent } from 'react';
import type { ClientView } from '../api/generated.js';

/** Drags go from one window to another, where the same id may be another HaloPSA's client. */
const typeOf = (psaInstanceId: string): string => `application/x-isthmus-client-${psaInstanceId}`;

/** Puts a client of a PSA instance into a drag. */
export function dragClient(event: DragEvent, psaInstanceId: string, client: ClientView): void {
  event.dataTransfer.setData(typeOf(psaInstanceId), JSON.stringify(client));
  event.dataTransfer.setData('text/plain', client.name);
  event.dataTransfer.effectAllowed = 'link';
}

/** Whether what is dragged over is a client of the PSA instance; which one, the browser tells only on dropping. */
export function isClient(event: DragEvent, psaInstanceId: string): boolean {
  return event.dataTransfer.types.includes(typeOf(psaInstanceId));
}

/** The client of the PSA instance that was dropped, if it was one. */
export function droppedClient(event: DragEvent, psaInstanceId: string): ClientView | undefined {
  const text = event.dataTransfer.getData(typeOf(psaInstanceId));
  return text === '' ? undefined : (JSON.parse(text) as ClientView);
}
