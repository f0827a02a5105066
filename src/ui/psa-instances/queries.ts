import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { CreatePsaInstance, UpdatePsaInstance } from '../api/generated.js';

const KEY = { queryKey: ['psa-instances'] };

export function useCreatePsaInstance() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: CreatePsaInstance) => api.psaInstances.postPsaInstances(wanted),
    onSuccess: () => void client.invalidateQueries(KEY),
    gcTime: 0,
  });
}

export function useUpdatePsaInstance(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: UpdatePsaInstance) => api.psaInstances.patchPsaInstancesId({ id }, wanted),
    onSuccess: () => client.invalidateQueries(KEY),
  });
}

export function useRemovePsaInstance(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.psaInstances.deletePsaInstancesId({ id }),
    onSuccess: () => void client.invalidateQueries(),
  });
}

/** Makes another secret that Halo's calls are known by. */
export function useWebhookSecret(id: string) {
  return useMutation({ mutationFn: () => api.psaInstances.postPsaInstancesIdWebhookSecret({ id }), gcTime: 0 });
}
