// A client made of the AWS SDK for Go: reads one call of Direct Connect a line from standard input, and writes its answer as a line.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/directconnect"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

type call struct {
	Endpoint, Region, AccessKeyId, SecretAccessKey, Operation string
	// Members as the API names them: the decoder of Go ignores the case of their letters.
	Input json.RawMessage
}

type answer struct {
	Output any    `json:",omitempty"`
	Status int    `json:",omitempty"`
	Code   string `json:",omitempty"`
	// Whether the SDK made a type of its model of the error.
	Modelled bool   `json:",omitempty"`
	Message  string `json:",omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	encoder := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked call
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := encoder.Encode(run(asked)); err != nil {
			panic(err)
		}
	}
}

func run(asked call) answer {
	client := directconnect.New(directconnect.Options{
		Region:       asked.Region,
		BaseEndpoint: aws.String(asked.Endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider(asked.AccessKeyId, asked.SecretAccessKey, ""),
	})
	method := reflect.ValueOf(client).MethodByName(asked.Operation)
	if !method.IsValid() {
		return answer{Message: "the SDK has no operation " + asked.Operation}
	}
	input := reflect.New(method.Type().In(1).Elem())
	if err := json.Unmarshal(asked.Input, input.Interface()); err != nil {
		return answer{Message: err.Error()}
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), input})
	if err, isError := results[1].Interface().(error); isError {
		return failure(err)
	}
	return answer{Output: results[0].Interface()}
}

func failure(err error) answer {
	failed := answer{Message: err.Error()}
	var invalid smithy.InvalidParamsError
	if errors.As(err, &invalid) {
		// The SDK checks members that the model requires itself: the call never reaches the service, which would refuse it so.
		failed.Code, failed.Status = "ValidationException", 400
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		_, isGeneric := api.(*smithy.GenericAPIError)
		failed.Code, failed.Modelled, failed.Message = api.ErrorCode(), !isGeneric, api.ErrorMessage()
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		failed.Status = response.HTTPStatusCode()
	}
	return failed
}
