// Package mail sends letters to operators over SMTP.
//
// Data comes from whoever has something to tell an operator, as an address, a subject and a text; it goes to the mail server
// of the configuration, at once: there is no queue, and whoever asked is told what failed. It imports nothing of ours.
package mail
