// Asks docker compose's own reader (compose-go), for tests: one question in JSON a line, one answer a line.
//
// {"text": an env file, "env": variables}: what the file sets.
// {"project": a stack file's path, "over": the files laid over it, "env": variables}: each service, as
// `docker compose config` prints it.
package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
)

type question struct {
	Text    string            `json:"text"`
	Project string            `json:"project"`
	Over    []string          `json:"over"`
	Env     map[string]string `json:"env"`
}

func main() {
	logrus.SetOutput(io.Discard)
	questions, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var asked question
		if questions.Decode(&asked) != nil {
			return
		}
		found, err := answer(asked)
		if err != nil {
			found = map[string]any{"refused": err.Error()}
		}
		answers.Encode(found)
	}
}

func answer(asked question) (any, error) {
	if asked.Project != "" {
		return project(asked)
	}
	variables, err := dotenv.ParseWithLookup(strings.NewReader(asked.Text), func(name string) (string, bool) {
		value, ok := asked.Env[name]
		return value, ok
	})
	return map[string]any{"variables": variables}, err
}

// As compose's own commands load a project: every profile's services, and env files merged into the environment.
func project(asked question) (any, error) {
	details := types.ConfigDetails{
		WorkingDir:  filepath.Dir(asked.Project),
		ConfigFiles: types.ToConfigFiles(append([]string{asked.Project}, asked.Over...)),
		Environment: asked.Env,
	}
	loaded, err := loader.LoadWithContext(context.Background(), details, func(options *loader.Options) {
		options.SetProjectName("asked", true)
		options.Profiles = []string{"*"}
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"services": loaded.Services}, nil
}
