/** The length of passwords, as the hub asks for it. Written again, since the hub's comes with a schema library: a test holds them equal. */
export const minPasswordLength = 10;
