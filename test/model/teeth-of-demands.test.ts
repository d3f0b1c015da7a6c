import { ABOUT_DEMANDS, testTeeth } from './teeth.ts';

testTeeth(ABOUT_DEMANDS);
