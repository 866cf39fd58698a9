// Package iban reads, checks, builds and allocates International Bank Account Numbers (ISO 13616).
package iban
