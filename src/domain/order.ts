/** An order, for what it says about its customer: something may have changed. */
export interface Order {
  orderId: string;
  customerId: string;
  status: string;
  type: string;
  /** RFC 3339, UTC; undefined when the row lacks it or it cannot be read. */
  createdAt?: string;
}

/** Whether an order will not change any more. */
export function isFinal(order: Pick<Order, 'status'>): boolean {
  return order.status === 'completed' || order.status === 'error' || order.status === 'cancelled';
}
