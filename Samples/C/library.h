/* The shared library `libsample.so` of the samples plt, constructor and plugin. */
#ifndef LIBRARY_H
#define LIBRARY_H
unsigned long library_step(unsigned long value);
void library_work(void);
#endif
