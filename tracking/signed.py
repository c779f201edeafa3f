"""Signed identification: the hash a customer's server makes, how to make it in six languages, and why one is wrong.

Pure. What believes the hash is `leads/proofs`; a test holds both to the same result.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

Reason = Literal[
    "right",
    "right_old",
    "empty",
    "short",
    "not_hex",
    "base64",
    "unkeyed",
    "write_key",
    "spaces",
    "letter_case",
    "wrong",
]
HEX_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Snippet:
    """Server code of one language; `run` is what it says on the page."""

    language: str
    label: str
    code: str


def user_hash(secret: str, text: str) -> str:
    """Hex HMAC-SHA256 of a user id or an address with the workspace's secret."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def judge(text: str, given: str, *, secret: str, old: str = "", write_key: str = "") -> Reason:
    """Is `given` the hash of `text`, and if not, which of the usual mistakes was made?"""
    said = given.strip()
    if not text or not said:
        return "empty"
    if _same(said, user_hash(secret, text)):
        return "right"
    if old and _same(said, user_hash(old, text)):
        return "right_old"
    return _mistake(text, said, secret, write_key)


def _mistake(text: str, said: str, secret: str, write_key: str) -> Reason:
    digest = bytes.fromhex(user_hash(secret, text))
    if said in (base64.b64encode(digest).decode(), base64.urlsafe_b64encode(digest).decode().rstrip("=")):
        return "base64"
    if not re.fullmatch(r"[0-9a-fA-F]+", said):
        return "not_hex"
    if len(said) != HEX_DIGITS:
        return "short"
    others: list[tuple[Reason, str]] = [
        ("unkeyed", hashlib.sha256(text.encode()).hexdigest()),
        ("write_key", user_hash(write_key, text)),
        ("spaces", user_hash(secret, f"{text}\n")),
        ("spaces", user_hash(secret, text.strip())),
        ("letter_case", user_hash(secret, text.lower())),
    ]
    return next((reason for reason, made in others if _same(said, made)), "wrong")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.casefold().encode(), other.encode())


def snippets() -> list[Snippet]:
    """Each reads the secret from IDENTIFY_SECRET and the user id from its first argument, and prints the hash."""
    return [Snippet(language, label, code.strip()) for language, label, code in CODE]


CODE = (
    (
        "python",
        "Python",
        """
import hashlib, hmac, os, sys

user_id = sys.argv[1]
secret = os.environ["IDENTIFY_SECRET"]
user_hash = hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()
print(user_hash)
""",
    ),
    (
        "php",
        "PHP",
        """
<?php
$userId = $argv[1];
$secret = getenv('IDENTIFY_SECRET');
$userHash = hash_hmac('sha256', $userId, $secret);
echo $userHash, PHP_EOL;
""",
    ),
    (
        "node",
        "Node.js",
        """
const { createHmac } = require('node:crypto');

const userId = process.argv[2];
const secret = process.env.IDENTIFY_SECRET;
const userHash = createHmac('sha256', secret).update(userId).digest('hex');
console.log(userHash);
""",
    ),
    (
        "ruby",
        "Ruby",
        """
require 'openssl'

user_id = ARGV[0]
secret = ENV.fetch('IDENTIFY_SECRET')
user_hash = OpenSSL::HMAC.hexdigest('SHA256', secret, user_id)
puts user_hash
""",
    ),
    (
        "go",
        "Go",
        """
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
)

func main() {
	mac := hmac.New(sha256.New, []byte(os.Getenv("IDENTIFY_SECRET")))
	mac.Write([]byte(os.Args[1]))
	fmt.Println(hex.EncodeToString(mac.Sum(nil)))
}
""",
    ),
    (
        "java",
        "Java",
        """
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class UserHash {
    public static void main(String[] args) throws Exception {
        byte[] secret = System.getenv("IDENTIFY_SECRET").getBytes(StandardCharsets.UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        byte[] hash = mac.doFinal(args[0].getBytes(StandardCharsets.UTF_8));
        System.out.println(HexFormat.of().formatHex(hash));
    }
}
""",
    ),
)
