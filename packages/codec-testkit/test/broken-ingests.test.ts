import { testBroken } from './broken/broken-laws';
import { BROKEN_INGESTS } from './broken/ingests';
import { BROKEN_TASKS } from './broken/tasked-codec';

testBroken([...BROKEN_INGESTS, ...BROKEN_TASKS]);
