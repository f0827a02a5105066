import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.js';
import type { ClientView, CustomerView, RefusedMapping, SetSeveralMappings } from '../api/generated.js';
import { counted } from '../shown/numbers.js';
import { customersKey } from './queries.js';

/** What somebody says of some customers. */
export type Word = Omit<SetSeveralMappings, 'customerIds'>;

/** What somebody says of whom. `client` is who is said, for telling it back. */
export interface Asked {
  customerIds: string[];
  word: Word;
  client?: ClientView;
}

/** Something that was just done, and can be taken back. */
interface Step {
  says: string;
  mappingIds: string[];
}

/** A word that some customers' licences stand in the way of. */
export interface Question {
  customerIds: string[];
  word: Word;
  client?: ClientView;
  licences: number;
}

/** That what was seen suggested for these customers is right: another suggestion that came since is not accepted unseen. */
export function acceptance(seen: readonly CustomerView[]): Word {
  const suggestions = seen.flatMap(({ customerId, mapping }) =>
    mapping?.state === 'suggested' && mapping.clientId !== null ? [{ customerId, clientId: mapping.clientId }] : [],
  );
  return { suggested: true, suggestions };
}

/** How customers are mapped, and how the last step is taken back. */
export function useSteps(tenantId: string) {
  const client = useQueryClient();
  const [last, setLast] = useState<Step | null>(null);
  const [refused, setRefused] = useState<RefusedMapping[]>([]);
  const [question, setQuestion] = useState<Question | null>(null);
  const show = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: customersKey(tenantId) }),
      client.invalidateQueries({ queryKey: ['tenants', tenantId], exact: true }),
      // What imports left alone says what was decided since.
      client.invalidateQueries({ queryKey: ['imports'] }),
    ]);

  const map = useMutation({
    mutationFn: ({ customerIds, word }: Asked) => api.tenants.postTenantsIdMappingsSeveral({ id: tenantId }, { customerIds, ...word }),
    onSuccess: (answer, asked) => {
      const held = answer.refused.filter(({ linkedLicences }) => linkedLicences !== undefined);
      setRefused(answer.refused.filter(({ linkedLicences }) => linkedLicences === undefined));
      if (held.length > 0) {
        const licences = held.reduce((sum, { linkedLicences = 0 }) => sum + linkedLicences, 0);
        setQuestion({ ...asked, customerIds: held.map(({ customerId }) => customerId), licences });
      }
      if (answer.mappings.length > 0) {
        setLast({ says: saidOf(asked.word, answer.mappings.length, asked.client), mappingIds: answer.mappings.map(({ id }) => id) });
      }
      return show();
    },
  });
  const remove = useMutation({
    mutationFn: (mappingId: string) => api.mappings.deleteMappingsId({ id: mappingId, licences: 'leave' }),
    onSuccess: (_nothing, mappingId) => {
      setRefused([]);
      setLast({ says: 'The mapping was removed.', mappingIds: [mappingId] });
      return show();
    },
  });
  const back = useMutation({
    mutationFn: ({ mappingIds }: Step) => api.tenants.postTenantsIdMappingsTakeBack({ id: tenantId }, { mappingIds }),
    onSuccess: (answer) => {
      setRefused(answer.refused);
      setLast(null);
      return show();
    },
  });
  return { map, remove, back, last, refused, question, ask: setQuestion };
}

function saidOf(word: Word, count: number, client?: ClientView): string {
  const customers = counted(count, 'customer');
  if (word.ignored) return `${customers} ignored.`;
  if (word.createClient) return `${customers}: the next import creates ${count === 1 ? 'a client' : 'their clients'}.`;
  if (word.suggested) return `${counted(count, 'suggestion')} accepted.`;
  return `${customers} mapped to ${client ? `${client.name} (${client.clientId})` : `client ${word.clientId ?? ''}`}.`;
}
