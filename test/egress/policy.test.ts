import { describe, expect, it } from '@jest/globals';
import { EgressRefused, egressPolicy } from '../../src/egress/index.js';

const marketplace = egressPolicy({ allow: [], hostSuffix: 'cloud.im' });
const anywhere = egressPolicy({ allow: [] });

describe('which URLs may be called', () => {
  it.each(['https://api.cloud.im/marketplace/na', 'https://cloud.im', 'https://API.Cloud.IM:443/x', 'https://api.cloud.im./x'])(
    'lets the marketplace be called at %s',
    (url) => {
      expect(() => marketplace.check(url)).not.toThrow();
    },
  );

  it.each([
    ['plain http', 'http://api.cloud.im/x'],
    ['another host', 'https://example.com/x'],
    ['a host that only ends alike', 'https://evilcloud.im/x'],
    ['the suffix in front', 'https://cloud.im.example.com/x'],
    ['a user name', 'https://user@api.cloud.im/x'],
    ['a password', 'https://user:word@api.cloud.im/x'],
    ['an odd port', 'https://api.cloud.im:8443/x'],
    ['another protocol', 'ftp://api.cloud.im/x'],
    ['a file', 'file:///etc/hosts'],
    ['no URL', 'api.cloud.im'],
    ['an address', 'https://8.8.8.8/x'],
  ])('refuses %s', (_what, url) => {
    expect(() => marketplace.check(url)).toThrow(EgressRefused);
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'https://172.16.0.1/',
    'https://169.254.169.254/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:a00:1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[2002:a00:1::]/',
    'https://[2001:0:4136:e378::1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[ff02::1]/',
  ])('refuses the address %s', (url) => {
    expect(() => anywhere.check(url)).toThrow(/ISTHMUS_EGRESS_ALLOW/);
  });

  it('lets public addresses be called where no suffix binds', () => {
    expect(() => anywhere.check('https://psa.example.com/api')).not.toThrow();
    expect(() => anywhere.check('https://8.8.8.8/api')).not.toThrow();
    expect(() => anywhere.check('https://[2606:4700::1111]/api')).not.toThrow();
  });

  it('names the setting that would allow it', () => {
    expect(() => marketplace.check('http://localhost:8080/')).toThrow(/ISTHMUS_EGRESS_ALLOW/);
    expect(() => marketplace.check('https://example.com/')).toThrow(/not under cloud\.im.*ISTHMUS_EGRESS_ALLOW/);
  });
});

describe('what ISTHMUS_EGRESS_ALLOW names', () => {
  it('may be plain http, private, on any port and outside the suffix', () => {
    const policy = egressPolicy({ allow: ['localhost', ' 127.0.0.1 ', '10.1.0.0/16', 'halo.internal'], hostSuffix: 'cloud.im' });
    for (const url of ['http://localhost:1234/', 'http://127.0.0.1:80/', 'https://10.1.2.3:8443/', 'http://HALO.internal/']) {
      expect(() => policy.check(url)).not.toThrow();
    }
    expect(() => policy.check('http://10.2.0.1/')).toThrow(EgressRefused);
    expect(() => policy.check('http://sub.halo.internal/')).toThrow(EgressRefused);
  });

  it('is held to its port when it has one', () => {
    const policy = egressPolicy({ allow: ['localhost:8085', '[::1]:8085'] });
    expect(() => policy.check('http://localhost:8085/')).not.toThrow();
    expect(() => policy.check('http://[::1]:8085/')).not.toThrow();
    expect(() => policy.check('http://localhost:8086/')).toThrow(EgressRefused);
    expect(() => policy.check('http://localhost/')).toThrow(EgressRefused);
  });

  it('never lets credentials into the address', () => {
    expect(() => egressPolicy({ allow: ['localhost'] }).check('http://user:word@localhost/')).toThrow(EgressRefused);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0/8', 'a b', 'http://host', 'host:port', '10.0.0.0/8/8'])('is refused as %p', (entry) => {
    expect(() => egressPolicy({ allow: [entry] })).toThrow(RangeError);
  });
});

describe('the address a name resolved to', () => {
  it('must be public', () => {
    expect(() => marketplace.checkAddress('https://api.cloud.im/', '8.8.8.8')).not.toThrow();
    for (const address of ['10.0.0.1', '127.0.0.1', '169.254.169.254', '::ffff:10.0.0.1', '64:ff9b::1', 'fe80::1%eth0', 'nonsense']) {
      expect(() => marketplace.checkAddress('https://api.cloud.im/', address)).toThrow(EgressRefused);
    }
  });

  it('may be private when the host or the address is named', () => {
    const policy = egressPolicy({ allow: ['halo.internal', '10.0.0.0/8'] });
    expect(() => policy.checkAddress('https://halo.internal/', '192.168.0.1')).not.toThrow();
    expect(() => policy.checkAddress('https://other.example/', '10.0.0.1')).not.toThrow();
    expect(() => policy.checkAddress('https://other.example/', '::ffff:10.0.0.1')).not.toThrow();
    expect(() => policy.checkAddress('https://other.example/', '192.168.0.1')).toThrow(EgressRefused);
  });
});
