/** Version of this action, sent in the `User-Agent`; a test holds it equal to package.json's. */
export const VERSION = '1.0.0';
