package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// serveLock is held by the one service of an embedded store. The kernel frees it with the process, however that ends, so
// whoever gets it knows that no other service is alive and may take over its leases at once.
type serveLock struct{ file *os.File }

func (a storeAddress) lockFile() string { return a.file + ".serving" }

// lockPatience covers commands that look for a moment whether somebody serves.
const lockPatience = time.Second

// lock takes the lock of an embedded store, or says that another service has it. Other stores need none.
func (a storeAddress) lock() (*serveLock, error) {
	if a.file == "" {
		return &serveLock{}, nil
	}
	f, err := os.OpenFile(a.lockFile(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the store: %w", err)
	}
	for deadline := time.Now().Add(lockPatience); ; {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Now().After(deadline) {
			break
		}
		<-time.After(lockPatience / 50)
	}
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		err = fmt.Errorf("another service has the store %s open", a.file)
	case err == nil:
		return &serveLock{f}, nil
	}
	return nil, errors.Join(err, f.Close())
}

// release gives the lock back.
func (l *serveLock) release() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// served tells whether a service has the embedded store open.
func (a storeAddress) served() (bool, error) {
	if a.file == "" {
		return false, nil
	}
	f, err := os.Open(a.lockFile())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, f.Close()
	}
	return false, errors.Join(err, f.Close())
}
