/** Whether this runs as it was written: what is installed as a package is JavaScript. */
export const FROM_CHECKOUT = import.meta.url.endsWith('.ts');

/** How the command line is called from here. */
export const COMMAND = FROM_CHECKOUT ? 'npm run -s vif-acceptor --' : 'npx vif-acceptor';
