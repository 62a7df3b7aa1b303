/** Whether this runs from a checkout, as TypeScript: an installed package is JavaScript. */
export const FROM_CHECKOUT = import.meta.url.endsWith('.ts');

/** How to call the command line from here, for messages. Kept apart from the language, so that the command line can load it alone. */
export const COMMAND = FROM_CHECKOUT ? 'npm run -s vif-acceptor --' : 'npx vif-acceptor';
