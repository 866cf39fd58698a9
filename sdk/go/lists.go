package ims

import "iter"

// each fetches page after page with a copy of the parameters, as the caller may range over them again.
func each[P, T any](params *P, fetch func(*P) ([]T, *string, error), turn func(*P, *string)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var p P
		if params != nil {
			p = *params
		}
		for {
			items, next, err := fetch(&p)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == nil || *next == "" {
				return
			}
			turn(&p, next)
		}
	}
}
