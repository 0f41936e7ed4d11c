-- Turns of a tool or developer make a prompt one that a reader of plain dialogues cannot take.
UPDATE "Prompt" SET "extended" = true WHERE NOT "extended" AND "messages" @? '$[*] ? (@.role == "developer" || @.role == "tool")';
