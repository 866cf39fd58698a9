// Package sheet writes tables for people and their spreadsheets: a few facts, then rows under named columns, as CSV or as a
// workbook (XLSX). Rows stream: memory does not grow with their number. Texts are never formulas, whatever stands in them.
//
// Data comes from the rooms that have something to report and goes to the writer they name. It may import ims/internal/bank
// and ims/internal/money, nothing else of ours.
package sheet
