import { MainJob1763712000000 } from './1-main-job.js';
import { EveryDay1763798400000 } from './2-every-day.js';
import { SharedFigures1763884800000 } from './3-shared-figures.js';
import { Tries1763971200000 } from './4-tries.js';
import { LicenceClaims1764057600000 } from './5-licence-claims.js';
import { Looks1764489600000 } from './10-looks.js';
import { FewCalls1765353600000 } from './20-few-calls.js';
import { Lists1766217600000 } from './30-lists.js';
import { SignIn1767081600000 } from './40-sign-in.js';
import { Webhooks1767945600000 } from './50-webhooks.js';
import { Audit1768809600000 } from './60-audit.js';
import { MappingSteps1769673600000 } from './70-mapping-steps.js';
import { ListByIndex1770537600000 } from './80-list-by-index.js';
import { Growth1770624000000 } from './81-growth.js';
import { PlanInParts1770710400000 } from './82-plan-in-parts.js';
import { SettledPlans1770796800000 } from './83-settled-plans.js';
import { LeanLists1771401600000 } from './90-lean-lists.js';
import { CountWhenShown1771488000000 } from './91-count-when-shown.js';
import { ListsAlone1771574400000 } from './92-lists-alone.js';
import { CountChanges1771660800000 } from './94-count-changes.js';
import { ListSteps1771747200000 } from './95-list-steps.js';
import { SettledGround1772179200000 } from './100-settled-ground.js';
import { ShownPages1772265600000 } from './101-shown-pages.js';
import { ListLinks1772438400000 } from './110-list-links.js';
import { ClaimsEnd1772524800000 } from './111-claims-end.js';
import { Fence1772611200000 } from './112-fence.js';
import { ListNewLines1772697600000 } from './113-list-new-lines.js';

/** Every step of the schema, oldest first. */
export const migrations = [
  MainJob1763712000000,
  EveryDay1763798400000,
  SharedFigures1763884800000,
  Tries1763971200000,
  LicenceClaims1764057600000,
  Looks1764489600000,
  FewCalls1765353600000,
  Lists1766217600000,
  SignIn1767081600000,
  Webhooks1767945600000,
  Audit1768809600000,
  MappingSteps1769673600000,
  ListByIndex1770537600000,
  Growth1770624000000,
  PlanInParts1770710400000,
  SettledPlans1770796800000,
  LeanLists1771401600000,
  CountWhenShown1771488000000,
  ListsAlone1771574400000,
  CountChanges1771660800000,
  ListSteps1771747200000,
  SettledGround1772179200000,
  ShownPages1772265600000,
  ListLinks1772438400000,
  ClaimsEnd1772524800000,
  Fence1772611200000,
  ListNewLines1772697600000,
];
