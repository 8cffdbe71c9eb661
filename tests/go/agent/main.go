// Agent holds one new Ed25519 key for litewitness, on a socket, and prints its fingerprint and its published key.
//
//	agent SOCKET NAME
package main

import (
	"crypto/ed25519"
	"fmt"
	"log"
	"net"
	"os"

	"filippo.io/torchwood"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

func main() {
	_, private, err := ed25519.GenerateKey(nil)
	check(err)
	ring := agent.NewKeyring()
	check(ring.Add(agent.AddedKey{PrivateKey: private}))
	public, err := ssh.NewPublicKey(private.Public())
	check(err)
	signer, err := torchwood.NewCosignatureSigner(os.Args[2], private)
	check(err)
	listener, err := net.Listen("unix", os.Args[1])
	check(err)
	fmt.Println(ssh.FingerprintSHA256(public), signer.Verifier())
	for {
		connection, err := listener.Accept()
		check(err)
		go agent.ServeAgent(ring, connection)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
