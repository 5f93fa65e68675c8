/* See constructor.c. */
int constructor_done(void);
int main(void) { return constructor_done(); }
