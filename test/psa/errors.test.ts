import { describe, expect, it } from '@jest/globals';
import { errorMessage, isOwnError } from '../../src/psa/errors.js';

describe('the message of an error body', () => {
  it.each([
    ['a .NET exception', '{"ClassName":"System.Exception","Message":"No client.","StackTraceString":"at X"}', 'No client.'],
    ['Message', '{"Message":"No client."}', 'No client.'],
    ['message', '{"message":"No client."}', 'No client.'],
    ['errorMessage', '{"resultCode":3,"errorMessage":"No client."}', 'No client.'],
    ['the sign-in server', '{"error":"invalid_client"}', 'invalid_client'],
    ['the sign-in server with a description', '{"error":"invalid_client","error_description":"Wrong."}', 'invalid_client: Wrong.'],
    ['a JSON text', '"An Outcome must be entered for this Action"', 'An Outcome must be entered for this Action'],
    ['plain text', 'CODE:APP03/2 Please select', 'CODE:APP03/2 Please select'],
    ['model binding', '{"[0].id":["The value \'x\' is not valid."]}', "[0].id: The value 'x' is not valid."],
    ['problem details', '{"title":"Wrong","status":400,"errors":{"[0].count":["No."]}}', '[0].count: No.'],
    ['problem details without errors', '{"title":"Wrong","status":400}', 'Wrong'],
  ])('is read from %s', (_, body, message) => {
    expect(errorMessage(body)).toBe(message);
  });

  it.each(['', '   ', '<html><body>502</body></html>', '{}', '[]', 'null', '12'])('is none in %p', (body) => {
    expect(errorMessage(body === '12' ? '{"status":12}' : body)).toBeUndefined();
  });

  it('is one line of bounded length without tokens', () => {
    const message = errorMessage(JSON.stringify({ Message: `Line\n two Bearer abc.def client_secret=hush&x ${'x'.repeat(1000)}` })) ?? '';
    expect(message).toMatch(/^Line two Bearer \[removed\] client_secret=\[removed\]/);
    expect(message.length).toBeLessThanOrEqual(300);
  });

  it('is one of Halo only in JSON: a page or a text may be a proxy', () => {
    expect(isOwnError('{"Message":"x"}')).toBe(true);
    expect(isOwnError('"x"')).toBe(true);
    expect(isOwnError('x')).toBe(false);
    expect(isOwnError('<html></html>')).toBe(false);
    expect(isOwnError('{}')).toBe(false);
  });
});
