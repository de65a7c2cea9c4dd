CREATE TABLE company (
	id INTEGER NOT NULL, 
	nip VARCHAR(10) NOT NULL, 
	environment VARCHAR(12) NOT NULL, 
	paused BOOLEAN DEFAULT false NOT NULL, 
	next_at DATETIME, 
	contact_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (nip, environment)
);
CREATE INDEX company_next ON company (next_at);
CREATE TABLE payload (
	sha256 VARCHAR(64) NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	bytes BLOB NOT NULL, 
	PRIMARY KEY (sha256)
);
CREATE TABLE rate_call (
	id INTEGER NOT NULL, 
	scope VARCHAR(24) NOT NULL, 
	egress VARCHAR(64) NOT NULL, 
	bucket VARCHAR(96) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX rate_call_bucket ON rate_call (scope, egress, bucket, at);
CREATE TABLE rate_block (
	scope VARCHAR(24) NOT NULL, 
	egress VARCHAR(64) NOT NULL, 
	bucket VARCHAR(96) NOT NULL, 
	until DATETIME NOT NULL, 
	PRIMARY KEY (scope, egress, bucket)
);
CREATE TABLE event (
	id INTEGER NOT NULL, 
	entity VARCHAR(16) NOT NULL, 
	entity_id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	from_state VARCHAR(10) NOT NULL, 
	to_state VARCHAR(10) NOT NULL, 
	node VARCHAR(64) DEFAULT '' NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX event_entity ON event (entity, entity_id);
CREATE TABLE source_file (
	id INTEGER NOT NULL, 
	company INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	stored TEXT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	size BIGINT NOT NULL, 
	mapping TEXT DEFAULT '' NOT NULL, 
	mapping_sha256 VARCHAR(64) DEFAULT '' NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	taken_at DATETIME NOT NULL, 
	archived TEXT DEFAULT '' NOT NULL, 
	options JSON NOT NULL, 
	error TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(company) REFERENCES company (id)
);
CREATE INDEX source_file_state ON source_file (company, state);
CREATE TABLE ksef_session (
	id INTEGER NOT NULL, 
	company INTEGER NOT NULL, 
	mode VARCHAR(12) NOT NULL, 
	form_code VARCHAR(16) NOT NULL, 
	offline BOOLEAN DEFAULT false NOT NULL, 
	ref VARCHAR(40), 
	"key" BLOB, 
	iv BLOB, 
	public_key_id VARCHAR(64) DEFAULT '' NOT NULL, 
	spool TEXT DEFAULT '' NOT NULL, 
	parts JSON, 
	upload_until DATETIME, 
	close_sent_at DATETIME, 
	state VARCHAR(10) NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	next_at DATETIME, 
	valid_until DATETIME, 
	opened_at DATETIME, 
	error TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(company) REFERENCES company (id), 
	UNIQUE (ref)
);
CREATE INDEX session_state ON ksef_session (company, state);
CREATE UNIQUE INDEX session_planned ON ksef_session (company, mode, form_code, offline) WHERE state = 'PLANNED';
CREATE TABLE document (
	id INTEGER NOT NULL, 
	company INTEGER NOT NULL, 
	seller_nip VARCHAR(10) NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	number TEXT NOT NULL, 
	number_key TEXT NOT NULL, 
	issued DATE NOT NULL, 
	business_hash VARCHAR(64) NOT NULL, 
	hash_version INTEGER NOT NULL, 
	payload VARCHAR(64) NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	not_before DATETIME, 
	until DATETIME, 
	form_code VARCHAR(16) NOT NULL, 
	offline BOOLEAN DEFAULT false NOT NULL, 
	corrects JSON NOT NULL, 
	"drop" INTEGER NOT NULL, 
	ksef_number VARCHAR(36), 
	accepted_at DATETIME, 
	mode VARCHAR(8) DEFAULT '' NOT NULL, 
	session_ref VARCHAR(40) DEFAULT '' NOT NULL, 
	upo VARCHAR(64), 
	code VARCHAR(12) DEFAULT '' NOT NULL, 
	error TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(company) REFERENCES company (id), 
	FOREIGN KEY(payload) REFERENCES payload (sha256), 
	FOREIGN KEY("drop") REFERENCES source_file (id), 
	FOREIGN KEY(upo) REFERENCES payload (sha256)
);
CREATE UNIQUE INDEX document_number ON document (company, seller_nip, kind, number_key) WHERE state NOT IN ('REJECTED','CLASH','WITHDRAWN');
CREATE INDEX document_state ON document (company, state);
CREATE TABLE item (
	id INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	rows TEXT NOT NULL, 
	number TEXT NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	verdict VARCHAR(8) NOT NULL, 
	rule TEXT DEFAULT '' NOT NULL, 
	document INTEGER, 
	note TEXT DEFAULT '' NOT NULL, 
	clash VARCHAR(36) DEFAULT '' NOT NULL, 
	problems JSON NOT NULL, 
	echo JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (file, ordinal), 
	FOREIGN KEY(file) REFERENCES source_file (id), 
	FOREIGN KEY(document) REFERENCES document (id)
);
CREATE INDEX item_document ON item (document);
CREATE TABLE sending (
	id INTEGER NOT NULL, 
	document INTEGER NOT NULL, 
	session INTEGER NOT NULL, 
	name VARCHAR(64) DEFAULT '' NOT NULL, 
	invoice_ref VARCHAR(40), 
	state VARCHAR(10) NOT NULL, 
	code VARCHAR(12) DEFAULT '' NOT NULL, 
	details TEXT DEFAULT '' NOT NULL, 
	looks INTEGER DEFAULT '0' NOT NULL, 
	next_at DATETIME, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(document) REFERENCES document (id), 
	FOREIGN KEY(session) REFERENCES ksef_session (id)
);
CREATE INDEX sending_session ON sending (session, state);
CREATE UNIQUE INDEX sending_open ON sending (document) WHERE state IN ('PLANNED','SENT');
CREATE TABLE result_file (
	id INTEGER NOT NULL, 
	file INTEGER, 
	document INTEGER, 
	path TEXT NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	part INTEGER DEFAULT '1' NOT NULL, 
	rows JSON NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	written_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (file, kind, part), 
	FOREIGN KEY(file) REFERENCES source_file (id), 
	FOREIGN KEY(document) REFERENCES document (id)
);
CREATE INDEX result_file_document ON result_file (document);
CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO schema_version VALUES (1);
