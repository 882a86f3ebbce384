import { failuresSuite } from '../support/failures-suite.ts';

failuresSuite('20.10');
