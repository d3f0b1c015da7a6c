import { ABOUT_TIME, testTeeth } from './teeth.ts';

testTeeth(ABOUT_TIME);
