import { staticMeshSuite } from '../support/static-mesh-suite.ts';

staticMeshSuite('20.10');
