// Package measure holds the benchmarks of `ims bench`: they run the real rooms on a throw-away store beside the chosen one
// and set each figure against a floor measured in the same run, because machines are noisy and differ.
//
// It is part of the command and imports any room; results go to the command line.
package measure
