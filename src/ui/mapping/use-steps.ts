import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.js';
import type { ClientView, CustomerView, RefusedMapping, SetSeveralMappings, TakeBack } from '../api/generated.js';
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
  mappings: { id: string; customerId?: string }[];
}

type Licences = NonNullable<TakeBack['licences']>;

/** Something that some customers' licences stand in the way of, until it is said what becomes of them. */
export interface Question {
  customers: number;
  licences: number;
  /** Says it, and does it then. */
  answer: (licences: Licences) => void;
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
  const [error, setError] = useState<Error | null>(null);
  // Several steps may be under way at once: what went wrong stands until another one is begun, whichever of them ends after it. An
  // answer about licences is a part of its step.
  const begin = (licences: Licences | undefined): void => {
    if (licences === undefined) setRefused([]);
    setError(null);
  };
  const show = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: customersKey(tenantId) }),
      client.invalidateQueries({ queryKey: ['tenants', tenantId], exact: true }),
      // What imports left alone says what was decided since.
      client.invalidateQueries({ queryKey: ['imports'] }),
    ]);
  /** Tells what was refused; where licences stand in the way, asks about them first. */
  const tell = (all: RefusedMapping[], again: (held: RefusedMapping[], licences: Licences) => void): void => {
    const held = all.filter(({ linkedLicences }) => linkedLicences !== undefined);
    setRefused((before) => [...before, ...all.filter((one) => !held.includes(one))]);
    if (held.length === 0) return;
    const licences = held.reduce((sum, { linkedLicences = 0 }) => sum + linkedLicences, 0);
    setQuestion({ customers: held.length, licences, answer: (said) => again(held, said) });
  };

  const map = useMutation({
    mutationFn: ({ customerIds, word }: Asked) => api.tenants.postTenantsIdMappingsSeveral({ id: tenantId }, { customerIds, ...word }),
    onMutate: ({ word }) => begin(word.licences),
    onError: setError,
    onSuccess: (answer, asked) => {
      tell(answer.refused, (held, licences) =>
        map.mutate({ ...asked, customerIds: held.map(({ customerId }) => customerId), word: { ...asked.word, licences } }),
      );
      if (answer.mappings.length > 0)
        setLast({ says: saidOf(asked.word, answer.mappings.length, asked.client), mappings: answer.mappings });
      return show();
    },
  });
  const remove = useMutation({
    mutationFn: (mappingId: string) => api.mappings.deleteMappingsId({ id: mappingId, licences: 'leave' }),
    onMutate: () => begin(undefined),
    onError: setError,
    onSuccess: (_nothing, id) => {
      setLast({ says: 'The mapping was removed.', mappings: [{ id }] });
      return show();
    },
  });
  const back = useMutation({
    mutationFn: ({ step: { mappings }, licences }: { step: Step; licences?: Licences }) =>
      api.tenants.postTenantsIdMappingsTakeBack(
        { id: tenantId },
        { mappingIds: mappings.map(({ id }) => id), ...(licences && { licences }) },
      ),
    onMutate: ({ licences }) => begin(licences),
    onError: setError,
    onSuccess: (answer, { step }) => {
      const whose = (held: RefusedMapping[]) => step.mappings.filter((one) => held.some(({ customerId }) => customerId === one.customerId));
      const left = whose(answer.refused.filter(({ linkedLicences }) => linkedLicences !== undefined));
      tell(answer.refused, (held, licences) => back.mutate({ step: { ...step, mappings: whose(held) }, licences }));
      // What waits for an answer can still be taken back, also where nobody gives one now.
      setLast(left.length === 0 ? null : { says: `${counted(left.length, 'customer')} not taken back yet.`, mappings: left });
      return show();
    },
  });
  return { map, remove, back, last, refused, question, ask: setQuestion, error };
}

function saidOf(word: Word, count: number, client?: ClientView): string {
  const customers = counted(count, 'customer');
  if (word.ignored) return `${customers} ignored.`;
  if (word.createClient) return `${customers}: the next import creates ${count === 1 ? 'a client' : 'their clients'}.`;
  if (word.suggested) return `${counted(count, 'suggestion')} accepted.`;
  return `${customers} mapped to ${client ? `${client.name} (${client.clientId})` : `client ${word.clientId ?? ''}`}.`;
}
