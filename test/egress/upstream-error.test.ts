import { describe, expect, it } from '@jest/globals';
import { scrub, UpstreamError } from '../../src/egress/index.js';

describe('an upstream error', () => {
  it('is one readable line of at most 500 characters', () => {
    const error = new UpstreamError({ vendor: 'psa', kind: 'server', status: 500, detail: `a\n\u001b[31mb\u202e ${'x'.repeat(9000)}` });
    expect(error.detail).toHaveLength(500);
    expect(error.detail).toMatch(/^a \[31mb x+…$/);
    expect(error.message).toContain('(HTTP 500)');
  });

  it('says who must act and whether to try again, as is usual for its kind or as told', () => {
    expect(new UpstreamError({ vendor: 'psa', kind: 'credentials', detail: 'x' })).toMatchObject({
      actor: 'configuration',
      retryable: false,
    });
    expect(new UpstreamError({ vendor: 'psa', kind: 'throttled', detail: 'x' })).toMatchObject({ actor: 'vendor', retryable: true });
    expect(new UpstreamError({ vendor: 'psa', kind: 'throttled', detail: 'x', retryable: false, actor: 'isthmus' })).toMatchObject({
      actor: 'isthmus',
      retryable: false,
    });
  });

  it('keeps everything else when its detail is changed', () => {
    const options = { vendor: 'psa', kind: 'refused', status: 400, correlationId: 'c', retryAfterMs: 5, sent: false, field: 'f' } as const;
    const error = new UpstreamError({ ...options, detail: 'before', retryable: true, actor: 'vendor' }).withDetail('after');
    expect(error).toMatchObject({ ...options, detail: 'after', retryable: true, actor: 'vendor' });
  });
});

describe('scrubbing', () => {
  it('takes secrets out, the longer ones first, and tokens in headers', () => {
    expect(scrub('pass=abcdef! key=abcd', ['abcd', 'abcdef!', undefined, ''])).toBe('pass=[secret] key=[secret]');
    expect(scrub('sent Authorization: Bearer eyJhbGciOi.x-y_z and Basic dXNlcjpwYXNz', [])).toBe(
      'sent Authorization: Bearer [secret] and Basic [secret]',
    );
  });

  it('leaves ordinary words alone', () => {
    expect(scrub('a cat sat', ['a', 'cat'])).toBe('a cat sat');
  });
});
