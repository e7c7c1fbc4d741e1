// Command kube-apiserver is the API server of Kubernetes, unchanged: the end-to-end tests need the real one.
package main

import (
	"os"
	_ "time/tzdata" // CronJob time zones are validated on machines without zone files, too

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register" // --logging-format=json
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
