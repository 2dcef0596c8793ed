/** Types that exist on the IN-CSE only (TS-0004 §7.3.3.3); numbers of evcg, mssp, asar, svsn, stcl, stcg, alst, alpc, tgr. */
export const ofInfrastructure: ReadonlySet<number> = new Set([7, 11, 19, 20, 21, 22, 43, 44, 47]);
