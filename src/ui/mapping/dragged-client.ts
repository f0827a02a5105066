import type { DragEvent } from 'react';
import type { ClientView } from '../api/generated.js';

const TYPE = 'application/x-isthmus-client';

/** Puts a client into a drag. */
export function dragClient(event: DragEvent, client: ClientView): void {
  event.dataTransfer.setData(TYPE, JSON.stringify(client));
  event.dataTransfer.setData('text/plain', client.name);
  event.dataTransfer.effectAllowed = 'link';
}

/** Whether what is dragged over is a client; what it is, the browser tells only on dropping. */
export function isClient(event: DragEvent): boolean {
  return event.dataTransfer.types.includes(TYPE);
}

/** The client that was dropped. */
export function droppedClient(event: DragEvent): ClientView | undefined {
  const text = event.dataTransfer.getData(TYPE);
  return text === '' ? undefined : (JSON.parse(text) as ClientView);
}
