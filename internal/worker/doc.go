// Package worker is the loop that runs background stages: it asks each stage again and again for due work, rests when there
// is none, and backs off when a stage fails.
//
// It keeps no data of its own. What is due, who claims it and what was done stand in the rows of the rooms whose stages it
// runs; cmd hands those in as functions. It may import nothing of ours.
package worker
