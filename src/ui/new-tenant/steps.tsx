import { Stepper } from '@mantine/core';

/** Account, mapping, import: the way of a new tenant, and where on it one is. */
export function Steps({ at }: { at: 0 | 1 | 2 }) {
  return (
    <Stepper active={at} size="sm" aria-label="Steps">
      <Stepper.Step label="Account" description="What it signs in with" allowStepSelect={false} />
      <Stepper.Step label="Mapping" description="Which client each customer is" allowStepSelect={false} />
      <Stepper.Step label="Import" description="Look at it first, then do it" allowStepSelect={false} />
    </Stepper>
  );
}
