/** The pages that the package `hosted-vif-emulator` has too, at the same paths. A test checks that their links stay within them. */
export const EMULATOR_PAGES = ['docs/conformance.md', 'docs/emulator.md', 'examples/scenarios/demo.json'];
