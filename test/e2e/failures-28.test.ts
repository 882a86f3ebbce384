import { failuresSuite } from '../support/failures-suite.ts';

failuresSuite('28');
