// Command coredns is CoreDNS with only the plugins the local cluster needs, built the way its
// documentation describes: without the cloud SDKs it compiles in seconds instead of minutes.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
	_ "github.com/coredns/coredns/plugin/template"
)

func init() {
	// The order in which plugins see a query, not the order of the configuration file.
	dnsserver.Directives = []string{
		"reload", "health", "ready", "errors", "cache", "template", "kubernetes",
	}
}

func main() {
	coremain.Run()
}
