/// Files whose form must not change, since recordings of earlier versions have it.
///
/// The seal and the key were computed once more with Python's json and hashlib.
enum Golden {
  static let har = #"""
    {
      "log": {
        "_proofsheet": {
          "case_key": "a8fb2949ac9e2b7fdc7c76613f69dccac54997c7339c8a67ba4e5cd74e0f3576.0",
          "format": "proofsheet-fixture/1",
          "key_algorithm": "proofsheet-request-key/1",
          "origin": "https://image.example",
          "redaction": "proofsheet-redaction/1",
          "request": {
            "body": {
              "enable_safety_checker": false,
              "enhance_prompt_mode": "standard",
              "image_urls": [
                {
                  "media_type": "image/png",
                  "sha256": "b9d8998615b4b7d4a4d0ba01736ddcf8efd4f97f93c68984df26f5382e7a924e"
                }
              ],
              "model": "bytedance-seedream-v4-image-to-image",
              "n": 1,
              "output_format": "url",
              "prompt": "a cup",
              "seed": 7,
              "size": "auto"
            },
            "path": "/v1/images/edits"
          },
          "seal": "af305fb09778268b693458686db860b0fc47b1e505afe925592e43010255a4a4"
        },
        "creator": {
          "name": "proofsheet",
          "version": "1.0"
        },
        "entries": [
          {
            "_proofsheet": {
              "ordinal": 0,
              "role": "generate"
            },
            "cache": {},
            "request": {
              "bodySize": 18,
              "cookies": [],
              "headers": [
                {
                  "name": "content-type",
                  "value": "application/json"
                }
              ],
              "headersSize": -1,
              "httpVersion": "HTTP/1.1",
              "method": "POST",
              "postData": {
                "_sha256": "0569e5540f7f1d8582d06a6b2e929d18f0973b194df2753af2de2ccf6fe2f49a",
                "mimeType": "application/json",
                "size": 18,
                "text": "{\"prompt\":\"a cup\"}"
              },
              "queryString": [],
              "url": "https://image.example/v1/images/edits"
            },
            "response": {
              "bodySize": 1062,
              "content": {
                "_parts": [
                  {
                    "text": "{\"created\":1,\"data\":[{\"b64_json\":\""
                  },
                  {
                    "base64_file": "blobs/f99a6f242ce3ab55081cbe28632bd062f470ad843d3dfa100908d35697d9dd6b.bin"
                  },
                  {
                    "text": "\"}]}"
                  }
                ],
                "_sha256": "40b02a7464955d2dbb390bd2f71d6c0cdc1ad367f96f9a9fab9ac6deff4df232",
                "mimeType": "application/json",
                "size": 1062,
                "text": "{\"created\":1,\"data\":[{\"b64_json\":\"blob:f99a6f242ce3ab55081cbe28632bd062f470ad843d3dfa100908d35697d9dd6b.bin\"}]}"
              },
              "cookies": [],
              "headers": [
                {
                  "name": "content-type",
                  "value": "application/json"
                }
              ],
              "headersSize": -1,
              "httpVersion": "HTTP/1.1",
              "redirectURL": "",
              "status": 200,
              "statusText": ""
            },
            "startedDateTime": "2026-11-22T18:15:00.123Z",
            "time": 931,
            "timings": {
              "receive": 30,
              "send": 1,
              "wait": 900
            }
          },
          {
            "_proofsheet": {
              "ordinal": 0,
              "role": "download"
            },
            "cache": {},
            "request": {
              "bodySize": 0,
              "cookies": [],
              "headers": [],
              "headersSize": -1,
              "httpVersion": "HTTP/1.1",
              "method": "GET",
              "queryString": [
                {
                  "name": "w",
                  "value": "1"
                },
                {
                  "name": "sig",
                  "value": "REDACTED"
                }
              ],
              "url": "https://image.example/a.png?w=1&sig=REDACTED"
            },
            "response": {
              "bodySize": 3008,
              "content": {
                "_file": "blobs/b4f603662b8c969ae07a51dcdc8897915e4426fc0f1786553623b447d3842a36.png",
                "_sha256": "b4f603662b8c969ae07a51dcdc8897915e4426fc0f1786553623b447d3842a36",
                "mimeType": "image/png",
                "size": 3008
              },
              "cookies": [],
              "headers": [
                {
                  "name": "content-type",
                  "value": "image/png"
                }
              ],
              "headersSize": -1,
              "httpVersion": "HTTP/1.1",
              "redirectURL": "",
              "status": 200,
              "statusText": ""
            },
            "startedDateTime": "2026-11-22T18:15:00.123Z",
            "time": 931,
            "timings": {
              "receive": 30,
              "send": 1,
              "wait": 900
            }
          }
        ],
        "pages": [],
        "version": "1.2"
      }
    }

    """#
}
