import type { ErrorShape, PsaSwitches } from './switches.js';

/** An answer instead of the one asked for; thrown by whatever finds the fault, sent by the routes. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly contentType: string;

  constructor(status: number, body: unknown = '', contentType = 'application/json; charset=utf-8') {
    super(`${status}`);
    this.status = status;
    this.body = body;
    this.contentType = contentType;
  }
}

/** A refusal on business grounds, in the status and shape that the switches say. */
export function businessRefusal(switches: PsaSwitches, message: string, field = ''): Refusal {
  const status = switches.businessStatus;
  const { body, html } = shaped(switches.errorShape, status, message, field);
  return new Refusal(status, body, html ? 'text/html' : undefined);
}

/** What SQL Server raises, and Halo passes on as a serialized exception. */
export function databaseRefusal(message: string): Refusal {
  return new Refusal(500, serializedException('System.Data.SqlClient.SqlException', message));
}

/** ASP.NET's answer to JSON that does not fit: messages keyed by the path of the value. */
export function bindingRefusal(switches: PsaSwitches, errors: Record<string, string[]>): Refusal {
  return new Refusal(400, switches.bindingShape === 'keys' ? errors : problemDetails(400, errors));
}

/** The message as a bare JSON string, which some resources answer whatever the others do. */
export function plainRefusal(message: string): Refusal {
  return new Refusal(400, JSON.stringify(message));
}

function shaped(shape: ErrorShape, status: number, message: string, field: string): { body: unknown; html?: boolean } {
  switch (shape) {
    case 1:
      return { body: serializedException('System.Exception', message) };
    case 2:
      return { body: { Message: message } };
    case 3:
      return { body: { resultCode: -1, errorMessage: message } };
    case 4:
      return { body: { error: 'invalid_request', error_description: message } };
    case 5:
      return { body: JSON.stringify(message) };
    case 6:
      return { body: { [`[0].${field}`]: [message], [field]: [message] } };
    case 7:
      return { body: `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>Server Error</h1></body></html>`, html: true };
    case 'empty':
      return { body: '' };
    case 'problem-details':
      return { body: problemDetails(status, { [`[0].${field}`]: [message] }) };
  }
}

function serializedException(className: string, message: string): object {
  return {
    ClassName: className,
    Message: message,
    Data: null,
    InnerException: null,
    HelpURL: null,
    StackTraceString: '   at SaveRecord(Object record)',
    RemoteStackTraceString: null,
    RemoteStackIndex: 0,
    ExceptionMethod: null,
    HResult: -2146233088,
    Source: 'HaloAPI',
  };
}

function problemDetails(status: number, errors: Record<string, string[]>): object {
  return {
    type: 'https://tools.ietf.org/html/rfc7231#section-6.5.1',
    title: 'One or more validation errors occurred.',
    status,
    traceId: '00-5f2d1c7a-01',
    errors,
  };
}
