module ims/iban/bench

go 1.26.0

require (
	github.com/almerlucke/go-iban v0.0.0-20220324081643-09bcab81b879
	github.com/jacoelho/banking v1.12.0
	github.com/jbub/banking v0.8.0
	ims v0.0.0
)

replace ims => ../..
